"""The command line, `gan-inpaint`. Each command imports what it needs when it runs, so that all of them start fast."""
