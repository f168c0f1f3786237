internal import HTTP

/// Names and values of a query or a form, in their order.
struct Parameters: Sendable {
    var items: [(name: String, value: String)]

    init(queryOf request: Request) {
        items = request.queryItems
    }

    /// The form in a request's body.
    init(form request: Request) {
        items = FormURLEncoded.decode(request.body)
    }

    init(encoded text: Substring) {
        items = FormURLEncoded.decode(text)
    }

    /// The first value of a name.
    subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values of a name.
    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }
}
