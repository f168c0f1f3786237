import Actors
import Testing

@Suite struct SecretTests {
    private static let text = "hunter2-s3cret"

    private struct Holder {
        var secret = Secret(SecretTests.text)
        var list = [Secret(SecretTests.text)]
        var optional: Secret? = Secret(SecretTests.text)
        var table = [Secret(SecretTests.text): Secret(SecretTests.text)]
    }

    private struct Failure: Error {
        var secret = Secret(SecretTests.text)
    }

    @Test func onlyExposedGivesTheTextOut() {
        #expect(Secret(Self.text).exposed == Self.text)
        #expect(Secret(Self.text) == Secret(Self.text))
        #expect(Secret(Self.text) != Secret("other"))
    }

    @Test func noWayOfPrintingShowsTheText() {
        let secret = Secret(Self.text)
        let holder = Holder()
        var dumps = ""
        for value in [secret, holder, Failure(), [holder], AnyHashable(secret)] as [Any] { dump(value, to: &dumps) }
        let printed = [
            secret.description, secret.debugDescription, "\(secret)", String(describing: secret),
            String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", "\(holder)",
            String(reflecting: holder), "\(Failure())", String(reflecting: Failure()), "\(AnyHashable(secret))",
            "\((secret, 1))", "\(Result<Secret, Failure>.success(secret))",
            "\(Mirror(reflecting: secret).children.map(\.value))",
            "\(TokenGrant(accessToken: secret, refreshToken: secret, expiresAt: UTCInstant(seconds: 0)))", dumps,
        ]
        for text in printed {
            #expect(!text.contains(Self.text))
        }
        #expect(printed.dropLast(3).allSatisfy { $0.contains("<redacted>") })
        #expect(dumps.contains("<redacted>"))
    }

    @Test func reflectionFindsNothingInside() {
        let mirror = Mirror(reflecting: Secret(Self.text))
        #expect(mirror.children.isEmpty)
        #expect(mirror.superclassMirror == nil)
        #expect(mirror.descendant("exposed") == nil)
        #expect(Mirror(reflecting: Holder()).descendant("secret", "exposed") == nil)
    }

    @Test func aTestReportShowsTheRedactedFormToo() {
        #expect(String(describingForTest: Secret(Self.text)).contains("<redacted>"))
    }
}
