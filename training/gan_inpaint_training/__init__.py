"""Training of inpainting generators: data, masks, networks, losses and the loop. Never imports the daemon."""
