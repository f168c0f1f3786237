import HTTP
import HTTPTypes

/// The description of the API, for programs and, as Swagger UI, for people.
struct DocsRoutes: Sendable {
    let serverURL: String
    let ui = SwaggerUI()

    func add(to router: inout Router) {
        let document = Representation(json: OpenAPI.document(serverURL: serverURL))
        let page = Representation(ui.page.bytes, contentType: ui.page.contentType)
        for prefix in ["", "/strava"] {
            router.on(.get, prefix + "/openapi.json") { document.response(to: $0) }
            router.on(.get, prefix + "/docs") { request in
                var response = page.response(to: request)
                response.fields[.contentSecurityPolicy] = SwaggerUI.contentSecurityPolicy
                return response
            }
        }
        for (name, asset) in ui.assets {
            let file = Representation(asset.bytes, contentType: asset.contentType, freshness: .day)
            router.on(.get, "/docs/\(name)") { file.response(to: $0) }
        }
    }
}
