import FoundationEssentials
import Glibc

/// A folder of the test's own that is removed, with all in it, when the last reference goes.
package final class TemporaryFolder: Sendable {
    /// Its absolute path.
    package let path: String

    package init() throws {
        var template = Array("/tmp/paceline-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Why there is no folder.
    package struct Failure: Error {
        package var code: Int32
    }
}
