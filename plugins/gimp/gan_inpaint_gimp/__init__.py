"""GAN Inpaint for GIMP 3. GIMP runs `gan-inpaint.py`, which starts `plugin.py`."""
