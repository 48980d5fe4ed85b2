"""Films, cameras and streams: their frames, faces followed through them, and films written anew."""
