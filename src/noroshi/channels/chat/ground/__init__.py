"""What answers stand on, made once of a picture and asked many times: shelters, roads, orders."""
