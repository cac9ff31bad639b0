# Windows 10 and 11 with tap-windows6.
rcvbuf=65536            # default since Windows 10; in log lines of clients
sndbuf=65536
program_buffers=2       # nobody asks for others: what is measured is the default
single_datagrams=1      # WSASendTo, WSARecvFrom: one datagram a call
no_udp_offload=1        # USO and URO exist since 2004, no OpenVPN in userspace uses them
no_tun_offload=1        # NDIS hands over single frames
socket_send_us=10       # as in the shim experiment with stock 2.6; assumed, no public figure
socket_recv_us=10
tun_depth=1             # one write under way for each handle (tun.c, tun_write_queue)
tun_complete_us=40      # the write completes late: 40 us a packet are 300 Mbit/s
tun_read_us=40          # the driver and its context switches: 300 Mbit/s for five processes together
tun_write_us=40
tick_us=15625           # default timer resolution; a process may ask for a finer one since 2004
reorder_every=100       # several receive queues; distance assumed
reorder_places=8
