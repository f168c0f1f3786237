import CLinux

/// Tells when a crowd has gone, and with it the need for the memory that it took.
struct CrowdGauge {
    /// Smaller ones leave nothing worth the trouble.
    private static let smallestCrowd = 64

    private var peak = 0

    mutating func grew(to count: Int) {
        peak = max(peak, count)
    }

    /// True when three quarters of a crowd have left.
    mutating func shrank(to count: Int) -> Bool {
        guard peak >= Self.smallestCrowd, count <= peak / 4 else { return false }
        peak = count
        return true
    }

    /// Gives free memory back to the system.
    ///
    /// The C library keeps it otherwise: 50 MB after 5,000 connections, for ever. It takes some milliseconds.
    static func returnMemory() {
        malloc_trim(0)
    }
}
