extension TokenCipher {
    /// Decrypts a stored token, or takes it as it stands when it was never encrypted.
    ///
    /// The program that Paceline succeeds first stored tokens as they came: 40 hexadecimal digits. No ciphertext looks like that,
    /// so one that does not fit the key is never taken for a token and sent away.
    func open(_ stored: String) throws(CipherFailure) -> Secret {
        stored.isPlainToken ? Secret(stored) : try decrypt(stored)
    }
}

extension StoredAuthorization {
    /// Whether a token in it is readable by everybody who reads the table.
    var isPlain: Bool { accessToken.isPlainToken || refreshToken.isPlainToken }
}

extension String {
    fileprivate var isPlainToken: Bool {
        utf8.count == 40
            && utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
