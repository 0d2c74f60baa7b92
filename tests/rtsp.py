"""A server of RTSP that is just enough to be watched: MPEG-TS in RTP over the connection itself (RFC 2326, 10.12)."""

import re
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

SESSION = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track\r\n"
PACKET = 1316
"""Bytes of one packet."""
_ANSWERS = {
    "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
    "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(SESSION)}\r\n",
    "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
    "PLAY": "Session: 1\r\n",
}


@dataclass(frozen=True)
class Way:
    """How a client is served. rate: times the speed of the file. most: packets that are sent, None for all. over: what
    to wait for before hanging up, in silence; None to hang up at once."""

    rate: float = 8.0
    most: int | None = None
    over: threading.Event | None = None


def serve(listening: socket.socket, path: Path, way: Way = Way()) -> None:
    """Serve one client a file."""
    client, _ = listening.accept()
    with client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packets:
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        packets.bind(("127.0.0.1", 0))
        packets.settimeout(5)
        if not _asked_to_play(client):
            return
        words = [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-nostdin",
            "-v",
            "error",
            "-readrate",
            str(way.rate),
            "-i",
            str(path),
        ]
        to = f"rtp://127.0.0.1:{packets.getsockname()[1]}?pkt_size={PACKET}"
        with subprocess.Popen([*words, "-c", "copy", "-f", "rtp_mpegts", to]) as child:
            sent = 0
            try:
                while (way.most is None or sent < way.most) and (packet := packets.recv(65536)):
                    sent += 1
                    if not 200 <= packet[1] <= 204:  # not what is said of the packets
                        client.sendall(b"$\0" + len(packet).to_bytes(2, "big") + packet)
            except OSError:  # no more comes, or the client has left
                pass
            if way.over is not None:
                way.over.wait(60)
            child.kill()


def _asked_to_play(client: socket.socket) -> bool:
    """Answer until the client asks to play; False where it leaves before."""
    came = b""
    while True:
        while b"\r\n\r\n" not in came:
            piece = client.recv(4096)
            if not piece:
                return False
            came += piece
        head, _, came = came.partition(b"\r\n\r\n")
        method = head.split()[0].decode()
        number = re.search(r"cseq: *(\d+)", head.decode().lower())
        assert number is not None
        there = method != "SETUP" or b"interleaved" in head
        status, more = ("200 OK", _ANSWERS.get(method, "")) if there else ("461 Unsupported transport", "")
        body = SESSION if method == "DESCRIBE" else ""
        client.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number[1]}\r\n{more}\r\n{body}".encode())
        if method in ("PLAY", "TEARDOWN"):
            return method == "PLAY"
