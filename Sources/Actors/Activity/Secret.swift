/// A text that must never be printed: a token, a key, a client secret.
///
/// Every way of turning a value into text that a log or an error could take shows `<redacted>`; only ``exposed`` gives it out.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself.
    ///
    /// Hand it only to the wire, to the cipher or to a comparison.
    package let exposed: String

    package init(_ text: String) {
        exposed = text
    }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
