"""`python -m gan_inpaint` is the command `gan-inpaint`."""

from gan_inpaint.cli.main import main

if __name__ == "__main__":
    main()
