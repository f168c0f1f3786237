/* Counts what a process asks of malloc; preloaded into the server by allocations.py, which reads the counts while it runs.
 *
 * The counts live in a file that both have mapped, so that looking at them costs the server nothing. While `is_tracing` is set,
 * the stack of every allocation is counted too.
 */
#define _GNU_SOURCE
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <errno.h>

enum { DEPTH = 24, SITES = 4096 };

/* allocations.py reads this layout. */
struct site {
    _Atomic uint64_t key;
    _Atomic uint64_t count;
    _Atomic uint64_t bytes;
    uint64_t depth;
    uint64_t frames[DEPTH];
};

struct counters {
    _Atomic uint64_t allocations;
    _Atomic uint64_t reallocations;
    _Atomic uint64_t frees;
    _Atomic uint64_t bytes;
    _Atomic uint64_t is_tracing;
    _Atomic uint64_t lost;
    struct site sites[SITES];
};

/* glibc's own entrances: looking the real ones up with dlsym would allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

/* NULL until the constructor has run: what allocates before that is not counted. */
static struct counters *counters;
/* The unwinder may allocate. The model keeps the thread-local storage itself from doing so. */
static __thread int is_inside __attribute__((tls_model("initial-exec")));

static uint64_t hash_of(void **frames, int depth) {
    uint64_t hash = 0xcbf29ce484222325;
    for (int index = 0; index < depth; index++) hash = (hash ^ (uint64_t)(uintptr_t)frames[index]) * 0x100000001b3;
    return hash ? hash : 1;
}

static __attribute__((noinline)) void trace(size_t size) {
    void *stack[DEPTH + 2];
    int depth = backtrace(stack, DEPTH + 2) - 2;
    if (depth <= 0) return;
    /* Without this function and the one of malloc's name. */
    void **frames = stack + 2;
    uint64_t key = hash_of(frames, depth);
    for (int probe = 0; probe < SITES; probe++) {
        struct site *site = &counters->sites[(key + probe) % SITES];
        uint64_t found = 0;
        if (atomic_compare_exchange_strong(&site->key, &found, key)) {
            for (int index = 0; index < depth; index++) site->frames[index] = (uint64_t)(uintptr_t)frames[index];
            site->depth = depth;
        } else if (found != key) {
            continue;
        }
        atomic_fetch_add(&site->count, 1);
        atomic_fetch_add(&site->bytes, size);
        return;
    }
    atomic_fetch_add(&counters->lost, 1);
}

static inline __attribute__((always_inline)) void count(_Atomic uint64_t *counter, size_t size) {
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters->bytes, size, memory_order_relaxed);
    if (atomic_load_explicit(&counters->is_tracing, memory_order_relaxed) && !is_inside) {
        is_inside = 1;
        trace(size);
        is_inside = 0;
    }
}

void *malloc(size_t size) {
    if (counters) count(&counters->allocations, size);
    return __libc_malloc(size);
}

void *calloc(size_t amount, size_t size) {
    if (counters) count(&counters->allocations, amount * size);
    return __libc_calloc(amount, size);
}

void *realloc(void *block, size_t size) {
    if (counters) count(block ? &counters->reallocations : &counters->allocations, size);
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    if (counters) count(&counters->allocations, size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    if (counters) count(&counters->allocations, size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (counters) count(&counters->allocations, size);
    void *fresh = __libc_memalign(alignment, size);
    if (!fresh) return ENOMEM;
    *block = fresh;
    return 0;
}

void free(void *block) {
    if (counters && block) atomic_fetch_add_explicit(&counters->frees, 1, memory_order_relaxed);
    __libc_free(block);
}

static __attribute__((constructor)) void open_counters(void) {
    const char *path = getenv("MALLOC_COUNTER_FILE");
    if (!path) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct counters), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    /* The first call loads the unwinder's library. */
    void *frames[2];
    backtrace(frames, 2);
    counters = mapped;
}
