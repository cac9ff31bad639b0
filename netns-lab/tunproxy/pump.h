/* One direction of a device, as a thread; the argument is the struct device. Ends when its stop says so, when
 * the program has closed its end, or when the kernel's device is gone. */
#ifndef OV_TUNPROXY_PUMP_H
#define OV_TUNPROXY_PUMP_H

/* A program that sends a packet reads it from the device and then calls its socket: both are spent here. */
void *pump_to_program(void *device);

/* And one that receives a packet has read its socket before it writes the packet to the device. */
void *pump_to_device(void *device);

#endif
