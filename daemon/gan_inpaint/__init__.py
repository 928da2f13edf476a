"""GAN Inpaint: what a user installs. Engine, models, daemon and command line; never imports torch."""

__version__ = "0.1.0"
