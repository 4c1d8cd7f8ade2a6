/** What systemd is to a service: a bound datagram socket. Prints a line when it listens, and one for each line of a datagram. */
export const NOTIFY_RECEIVER = `
import socket, sys
path = sys.argv[1]
far = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
far.bind("\\0" + path[1:] if path.startswith("@") else path)
print("listening", flush=True)
while True:
    print(far.recv(4096).decode(), flush=True)
`;
