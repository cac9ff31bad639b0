# Windows 10 and 11 with wintun: a shared ring instead of a call into the driver.
rcvbuf=65536            # default since Windows 10
sndbuf=65536
program_buffers=2
single_datagrams=1      # WSASendTo, WSARecvFrom: one datagram a call
no_udp_offload=1
no_tun_offload=1        # the ring holds single packets
socket_send_us=10       # as in the shim experiment with stock 2.6; assumed, no public figure
socket_recv_us=10
tun_read_us=2           # a copy and, at most, an event; assumed
tun_write_us=2
tick_us=15625           # default timer resolution
reorder_every=100       # several receive queues; distance assumed
reorder_places=8
