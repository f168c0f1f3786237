/// A property that the code under test breaks for some input.
package struct Finding: Error, CustomStringConvertible {
    /// Which property, and by what.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws a finding unless the property holds.
func require(_ holds: Bool, _ finding: @autoclosure () -> String) throws(Finding) {
    guard holds else { throw Finding(finding()) }
}
