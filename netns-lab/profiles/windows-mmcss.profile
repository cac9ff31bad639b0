# Windows 10 with tap-windows6 while a program plays media: the network is throttled.
rcvbuf=65536
sndbuf=65536
program_buffers=2
single_datagrams=1
no_udp_offload=1
no_tun_offload=1
socket_send_us=10       # assumed
socket_recv_us=10
tun_depth=1
tun_complete_us=40      # 40 us a packet are 300 Mbit/s
tun_read_us=40
tun_write_us=40
tick_us=15625
throttle_pps=10000      # 10 packets a millisecond, about 120 Mbit/s: MS KB 948066
reorder_every=100       # assumed
reorder_places=8
