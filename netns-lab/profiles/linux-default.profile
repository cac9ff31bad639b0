# A program on Linux as it comes: the shim stands in the way and changes nothing. Keys: netns-lab/wincost/profile.h
