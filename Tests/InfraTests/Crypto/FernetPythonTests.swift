import Actors
import Crypto
import TestSupport
import Testing

/// Both directions against Python's `cryptography`, which wrote the rows that Paceline adopts and reads them after a rollback.
@Suite struct FernetPythonTests {
    private static let encryptionKey = "a key with ümlauts, spaces and = signs 🚴"
    private static let texts = [
        "", "a", "0123456789abcdef", String(repeating: "f", count: 40), "Grüße 🚴 \n\u{0}", "line\r\n",
    ]

    /// One line in, one line out; texts travel as hexadecimal digits.
    private static let program = """
        import base64, sys
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

        kdf = PBKDF2HMAC(hashes.SHA256(), 32, b"strava_wakatime_backend_salt_v1", 100000)
        fernet = Fernet(base64.urlsafe_b64encode(kdf.derive(bytes.fromhex(sys.argv[2]))))
        for line in sys.stdin.read().splitlines():
            if sys.argv[1] == "encrypt":
                print(fernet.encrypt(bytes.fromhex(line)).decode())
            else:
                print(fernet.decrypt(line.encode()).hex())
        """

    private func python(_ mode: String, _ lines: [String]) async throws -> [String] {
        let outcome = try await Python.run(
            Self.program, [mode, Hex.encode(Self.encryptionKey.utf8)], importing: "cryptography",
            stdin: Array(lines.map { $0 + "\n" }.joined().utf8))
        try #require(outcome.status == .exited(0), "\(outcome.errors)")
        return outcome.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test func pythonReadsWhatWeWrite() async throws {
        let cipher = try FernetCipher(encryptionKey: Secret(Self.encryptionKey))
        let tokens = try Self.texts.map { try cipher.encrypt(Secret($0)) }
        #expect(try await python("decrypt", tokens) == Self.texts.map { Hex.encode($0.utf8) })
    }

    @Test func weReadWhatPythonWrites() async throws {
        let cipher = try FernetCipher(encryptionKey: Secret(Self.encryptionKey))
        let tokens = try await python("encrypt", Self.texts.map { Hex.encode($0.utf8) })
        #expect(try tokens.map { try cipher.decrypt($0) } == Self.texts.map { Secret($0) })
    }
}
