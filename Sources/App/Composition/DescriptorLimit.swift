import CLinux

/// How many files and sockets the process may have open at once.
enum DescriptorLimit {
    /// What the database, Strava and refused clients need, whoever comes.
    private static let reserve = 64
    /// Its epoll, its alarm, its listener, and one to spare.
    private static let reservePerLoop = 4

    /// Raises the limit as far as the system lets this process go.
    ///
    /// Shells hand out 1024, for the sake of old programs that use select(2); a server that meets that limit can neither accept
    /// connections nor open its database.
    ///
    /// - Returns: the limit as it is now.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int(clamping: before) }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many connections leave enough descriptors for everything else.
    ///
    /// Newcomers above are told 503, which is better than not being able to take them, or to open the database.
    static func connections(descriptors: Int, loops: Int) -> Int {
        max(8, descriptors - reserve - loops * reservePerLoop)
    }
}
