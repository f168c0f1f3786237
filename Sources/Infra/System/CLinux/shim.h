#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* These hide behind _GNU_SOURCE, which Swift's own Glibc module is built without. */
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);
int pipe2(int ends[2], int flags);
int sched_getaffinity(pid_t process, size_t size, cpu_set_t *cores);
int sched_setaffinity(pid_t process, size_t size, const cpu_set_t *cores);

/* What the peer has not acknowledged yet, in bytes; -1 when there is no telling. ioctl itself takes any number of arguments, which
   Swift does not import. */
static inline int unacknowledged_bytes(int socket) {
    int count = 0;
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : -1;
}

/* How many cores the calling thread may run on; 0 when there is no telling. The macros that count are no functions, which Swift does not
   import. */
static inline int allowed_cores(void) {
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 0;
    int count = 0;
    for (size_t index = 0; index < sizeof cores.__bits / sizeof cores.__bits[0]; index++)
        count += __builtin_popcountl((unsigned long)cores.__bits[index]);
    return count;
}
