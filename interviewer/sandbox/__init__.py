"""Runs a candidate's code where it can reach nothing: no service, file, network or environment.

``bubblewrap`` builds the box on Linux, ``seccomp`` closes the system calls that it leaves open;
elsewhere ``wasi`` makes one of WebAssembly, which ``wasi_host`` runs. ``launcher`` is the program
inside, ``session`` talks to it and stops it, ``turns`` shares the machine fairly. What the code
gives back is a value to be judged outside, never a verdict.
"""
