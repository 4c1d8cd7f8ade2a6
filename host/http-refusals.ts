type Fault = { readonly status: number; readonly code: string; readonly message: string };

/** What the caller may know of an error: never its words, for they may tell of the inside. */
export const faultOf = (error: unknown): Fault => {
  const known = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (known === 413) return { status: 413, code: "too-large", message: "The body is larger than is taken here." };
  if (code === "FST_ERR_MAX_PARAM_LENGTH" || known === 414) {
    return { status: 414, code: "too-long", message: "A part of the path is longer than is taken here." };
  }
  if (code.startsWith("FST_ERR") && typeof known === "number" && known < 500) {
    return { status: 400, code: "malformed", message: "The request cannot be read." };
  }
  return { status: 500, code: "internal", message: "Something broke on this side. Try again later." };
};

const UNREAD: Readonly<Record<string, readonly [string, string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "too-slow", "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "too-many-headers",
    "The head of the request is too large.",
  ],
};

type BrokenSocket = { readonly writable: boolean; end(text: string): unknown; destroy(): unknown };

/** Answers what Node's parser could not read, and cuts the connection. */
export function refuseUnread(error: { readonly code?: string }, socket: BrokenSocket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = UNREAD[error.code ?? ""] ?? ["400 Bad Request", "malformed", "This is not HTTP."];
  const body = JSON.stringify({ error: code, message });
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`;
  socket.end(head + body);
}
