# Linux with socket buffers that hold a burst: what sndbuf/rcvbuf 4 MB and net.core.*mem_max give.
rcvbuf=8388608          # 4 MB asked, doubled by the kernel
sndbuf=8388608
program_buffers=2       # smaller wishes of the program are not obeyed
