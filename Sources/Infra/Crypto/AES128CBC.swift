import COpenSSL

/// AES-128 in CBC mode with PKCS#7 padding: the cipher inside Fernet.
///
/// It hides but does not authenticate; nothing may call ``decrypt(_:key:iv:)`` on bytes whose authentication code was not
/// checked first, or the padding becomes an oracle.
enum AES128CBC {
    static let blockSize = 16

    /// - Returns: nil when libcrypto refuses; see ``libraryError()``.
    static func encrypt(_ plaintext: [UInt8], key: [UInt8], iv: [UInt8]) -> [UInt8]? {
        run(plaintext, key: key, iv: iv, direction: 1)
    }

    /// - Returns: nil when the length or the padding is wrong.
    static func decrypt(_ ciphertext: [UInt8], key: [UInt8], iv: [UInt8]) -> [UInt8]? {
        run(ciphertext, key: key, iv: iv, direction: 0)
    }

    /// What libcrypto said last on this thread; the thread's list of errors is emptied.
    static func libraryError() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &buffer, buffer.count)
        ERR_clear_error()
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func run(_ input: [UInt8], key: [UInt8], iv: [UInt8], direction: CInt) -> [UInt8]? {
        precondition(key.count == 16 && iv.count == blockSize, "AES-128-CBC takes a key and an IV of 16 bytes")
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        // CBC writes at most one block more than it reads.
        var output = [UInt8](repeating: 0, count: input.count + blockSize)
        var written: CInt = 0
        var last: CInt = 0
        guard EVP_CipherInit_ex(context, EVP_aes_128_cbc(), nil, key, iv, direction) == 1,
            EVP_CipherUpdate(context, &output, &written, input, CInt(input.count)) == 1
        else { return nil }
        let isWhole = output.withUnsafeMutableBufferPointer { buffer in
            // `written` is at most input.count, so one block is left behind it.
            EVP_CipherFinal_ex(context, buffer.baseAddress.map { $0 + Int(written) }, &last) == 1
        }
        guard isWhole else { return nil }
        return Array(output.prefix(Int(written + last)))
    }
}
