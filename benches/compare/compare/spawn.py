"""Runs commands and says what they took. A process of its own, and a small one: the peak memory that
the kernel accounts to a command cannot be less than that of the process which started it.

Each line of standard input is a command: seconds after which it is killed, a folder, a file for its
output, and the words, with NUL between them. The answer: wall seconds, CPU seconds, peak MiB, exit
status (`killed` when the time was over).
"""

# The modules beneath `os`, `time` and `signal`: what those bring along is the memory to be saved.
import posix
import sys
from _signal import ITIMER_REAL, SIGALRM, SIGKILL, setitimer, signal
from time import perf_counter


def main():
    group = 0
    late = False

    def stop(*_):
        nonlocal late
        late = True
        posix.killpg(group, SIGKILL)

    signal(SIGALRM, stop)
    for line in sys.stdin:
        seconds, folder, output, *words = line.rstrip("\n").split("\0")
        posix.chdir(folder)
        file = posix.open(output, posix.O_RDWR | posix.O_CREAT | posix.O_TRUNC, 0o644)
        actions = [(posix.POSIX_SPAWN_DUP2, file, fd) for fd in (1, 2)]
        actions.insert(0, (posix.POSIX_SPAWN_OPEN, 0, "/dev/null", posix.O_RDONLY, 0))
        late = False
        started = perf_counter()
        group = posix.posix_spawn(words[0], words, posix.environ, file_actions=actions, setpgroup=0)
        setitimer(ITIMER_REAL, float(seconds))
        _, status, usage = posix.wait4(group, 0)
        wall = perf_counter() - started
        setitimer(ITIMER_REAL, 0)
        posix.close(file)
        told = "killed" if late else posix.waitstatus_to_exitcode(status)
        print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, told, sep="\t", flush=True)


main()
