"""Every number that the README quotes, measured side by side in one run: `python -m benchmarks`."""

from gan_inpaint.machine import keep_blas_to_one_thread

keep_blas_to_one_thread()  # as every command does
