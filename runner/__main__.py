"""`python -m runner` is `playrun`."""

from runner.cli.main import main

if __name__ == "__main__":
    main()
