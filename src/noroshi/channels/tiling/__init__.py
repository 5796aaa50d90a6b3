"""Vector tiles of pictures and of official areas, in the tile grid WebMercatorQuad."""
