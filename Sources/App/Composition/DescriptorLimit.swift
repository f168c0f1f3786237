import CLinux

/// How many files and sockets the process may have open at once.
enum DescriptorLimit {
    /// Raises the limit as far as the system lets this process go.
    ///
    /// Shells hand out 1024, for the sake of old programs that use select(2); a server that meets that limit can neither accept
    /// connections nor open its database.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
