"""What `/var/runtime/bootstrap.py` does in Lambda: the paths of modules in their order, and then AWS's client."""

import sys

handler, *folders = sys.argv[1:]
# the first is the folder of this file
sys.path[:1] = folders
sys.argv[:] = [sys.argv[0], handler]

from awslambdaric.__main__ import main  # noqa: E402

main(["", handler])
