"""What happens: rain, rivers, slopes, shaking and waves, as pure numerics over a world's grids.

Nothing here knows of organisations or messages. SI units, rain in millimetres an hour, time in
steps from the scenario's start. Every formula names its source.
"""
