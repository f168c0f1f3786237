package import HTTP

/// Lets an HTTP server answer with a sandbox.
package struct SandboxResponder: Responder {
    package let sandbox: Sandbox

    package init(_ sandbox: Sandbox) {
        self.sandbox = sandbox
    }

    package func respond(to request: Request) async -> Response {
        let reply = await sandbox.reply(to: request)
        // A connection that goes away cancels the wait; the reply then reaches nobody, as it should.
        if reply.delay > .zero { try? await Task.sleep(for: reply.delay) }
        return reply.response
    }
}
