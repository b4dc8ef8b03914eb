"""Real routers and servers for the tests: FRRouting, OpenSSH, inetutils-telnetd.

Everything here expects the namespaces and the covered folders of `scripts/real-parts`.
"""
