import Actors
import FoundationEssentials
import Glibc

/// The keys of a development machine: made once, kept in a file, so that stored tokens can be read after a restart.
struct DevelopmentKeys: Sendable {
    static let names = ["INTERNAL_API_KEY", "STATE_SECRET", "ENCRYPTION_KEY"]

    var path = "var/dev-keys"

    /// Puts in each key that is missing or still a placeholder, from the file, or fresh and then kept in the file.
    func fill(in environment: inout [String: String]) throws(ConfigurationProblem) {
        let missing = Self.names.filter { name in
            let value = environment[name]?.trimmingBlanks ?? ""
            return value.isEmpty || Placeholder.matches(value)
        }
        if missing.isEmpty { return }
        let stored = try read()
        var kept = stored
        for name in missing where kept[name]?.isEmpty ?? true { kept[name] = KeyGenerator.newKey().exposed }
        if kept != stored { try write(kept) }
        for name in missing { environment[name] = kept[name] }
    }

    private func read() throws(ConfigurationProblem) -> [String: String] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw problem("exists and cannot be read")
        }
        let file = DotEnv(parsing: String(decoding: data, as: UTF8.self))
        // A damaged file is not replaced: the key of the stored tokens may be in it.
        guard file.problems.isEmpty else { throw problem("is damaged") }
        return file.values
    }

    /// Writes beside the file and renames: whoever reads sees the old content or the new one, never half of it.
    private func write(_ keys: [String: String]) throws(ConfigurationProblem) {
        let slash = path.lastIndex(of: "/")
        if let slash {
            let folder = String(path[..<slash])
            do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
                throw problem("cannot be written: the folder \(folder) cannot be made")
            }
        }
        let text =
            "# Made by Paceline for development. Delete it to get new keys; the athlete must then connect again.\n"
            + keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        let temporary = "\(path).\(getpid())"
        // 0600 from the first moment on, which creating and then changing the mode would not give.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw problem("cannot be written") }
        let bytes = Array(text.utf8)
        let isWhole = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWhole, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw problem("cannot be written")
        }
    }

    private func problem(_ fault: String) -> ConfigurationProblem {
        ConfigurationProblem(
            subject: path, fault: fault,
            cure: "It keeps the keys of a development machine; make it readable and writable, or set "
                + Self.names.joined(separator: ", ") + " yourself.")
    }
}
