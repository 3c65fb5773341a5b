"""What `/var/runtime/bootstrap.py` does in Lambda: the paths of modules in their order, and then AWS's client."""

import sys

# where the client starts processes, they may load this file again
if __name__ == "__main__":
    handler, *folders = sys.argv[1:]
    # the first is the folder of this file
    sys.path[:1] = folders
    sys.argv[:] = [sys.argv[0], handler]

    from awslambdaric.__main__ import main

    main(["", handler])
