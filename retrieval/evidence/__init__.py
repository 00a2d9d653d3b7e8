"""What the sources say to it: search, and sentences judged one by one."""
