package import HTTPTypes

/// One answer.
///
/// The connection adds `Date`, `Server`, `Content-Length` and `Connection`, and leaves the body out for HEAD.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: [UInt8]

    package init(status: HTTPResponse.Status, fields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
