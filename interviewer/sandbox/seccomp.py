"""The system calls that a candidate's code may not make, as a filter for the Linux kernel.

A filter is a program in classic BPF: jump on the call's number, answer with an error number.
EPERM shows in Python as a PermissionError that can be explained; clone3 answers ENOSYS, so that
the C library falls back to clone, whose flags a filter can see.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType

from interviewer.rubric import Strict

_EPERM, _ENOSYS = 1, 38
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000
"""On x86-64 the calls of a second, rare set of numbers begin here; none of them is needed."""

_NAMES = """
    ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd pidfd_open pidfd_send_signal
    memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd msgrcv semget semop
    mq_open mq_unlink mq_timedsend
    socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvmsg
    mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsmount fspick
    fsconfig mount_setattr open_by_handle_at name_to_handle_at
    keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter
    io_uring_register fanotify_init inotify_init1 personality seccomp
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
    acct quotactl syslog settimeofday clock_settime clock_adjtime adjtimex sethostname
    setdomainname vhangup lookup_dcookie move_pages migrate_pages mbind set_mempolicy
    kill tkill
""".split()

_X86_64 = dict(
    zip(
        _NAMES,
        """
    101 310 311 312 438 434 424
    319 447 29 30 31 67 68 69 70 64 65
    240 241 242
    41 53 42 49 50 43 288 44 46 307 47
    165 166 155 161 272 308 428 429 430 432 433
    431 442 304 303
    250 248 249 321 298 323 425 426
    427 300 294 135 317
    175 313 176 246 320 169 167 168
    163 179 103 164 227 305 159 170
    171 153 212 279 256 237 238
    62 200
""".split(),
        strict=True,
    )
)
_AARCH64 = dict(
    zip(
        _NAMES,
        """
    117 270 271 272 438 434 424
    279 447 194 196 195 197 186 189 188 190 193
    180 181 182
    198 199 203 200 201 202 242 206 211 269 212
    40 39 41 51 97 268 428 429 430 432 433
    431 442 265 264
    219 217 218 280 241 282 425 426
    427 262 26 92 277
    105 273 106 104 294 142 224 225
    89 60 116 170 112 266 171 161
    162 58 18 239 238 235 237
    129 130
""".split(),
        strict=True,
    )
)


class Machine(Strict):
    """What a filter must know of a processor."""

    audit: int
    """The kernel's number for it; a call that comes another way is an attack."""
    denied: Mapping[str, int]
    clone: int
    clone3: int
    forks: tuple[int, ...]
    second_set: bool


MACHINES: Mapping[str, Machine] = MappingProxyType(
    {
        "x86_64": Machine(
            audit=0xC000003E,
            denied={name: int(number) for name, number in _X86_64.items()},
            clone=56,
            clone3=435,
            forks=(57, 58),
            second_set=True,
        ),
        "aarch64": Machine(
            audit=0xC00000B7,
            denied={name: int(number) for name, number in _AARCH64.items()},
            clone=220,
            clone3=435,
            forks=(),
            second_set=False,
        ),
    }
)
"""The processors, as ``platform.machine`` names them, that a filter can be written for."""


def program(machine: Machine, processes: bool = False) -> bytes:
    """The filter; with ``processes`` new ones may be made (a compiler is several programs)."""
    steps = [
        _step(_LOAD, _MACHINE_AT),
        _step(_EQUAL, machine.audit, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
    ]
    if machine.second_set:
        steps += [_step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _KILL)]
    denied = [*machine.denied.values(), *(() if processes else machine.forks)]
    for number in denied:
        steps += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _ERRNO | _EPERM)]
    steps += [_step(_EQUAL, machine.clone3, 0, 1), _step(_RETURN, _ERRNO | _ENOSYS)]
    if not processes:
        steps += [
            _step(_EQUAL, machine.clone, 0, 3),
            _step(_LOAD, _FIRST_ARGUMENT_AT),
            _step(_HAS_BITS, _CLONE_THREAD, 1, 0),
            _step(_RETURN, _ERRNO | _EPERM),
        ]
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
