"""The client against a server that says what it is told to say, and against `tiebreak serve` where
TIEBREAK_TEST_SERVER and TIEBREAK_TEST_TOKEN name one that holds a project without judgments."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import json
import os
import sys
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, List, Tuple
from urllib.parse import parse_qs, urlsplit

# The installed package is tested where there is one.
if importlib.util.find_spec("tiebreak_client") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from tiebreak_client import ApiError, Client, NotReachable, TiebreakError  # noqa: E402

Answer = Tuple[int, Dict[str, str], bytes]


class Scripted:
    """A server that gives the answers it was given, in turn, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.asked: List[Dict[str, Any]] = []
        script = list(answers)
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                address = urlsplit(self.path)
                asked.append(
                    {
                        "method": self.command,
                        "path": address.path,
                        "query": parse_qs(address.query),
                        "token": self.headers.get("Authorization"),
                        "body": body,
                    }
                )
                status, headers, text = script.pop(0)
                time.sleep(float(headers.get("X-Late", 0)))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", headers.get("X-Promised", str(len(text))))
                self.end_headers()
                with contextlib.suppress(OSError):
                    # Some clients do not wait for it.
                    self.wfile.write(text)
                self.close_connection = True

            do_GET = do_POST = handle_any

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def client(self, **options: Any) -> Client:
        self.pauses: List[float] = []
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        return Client(address, token="secret", _sleep=self.pauses.append, **options)

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()


def told(value: Any, status: int = 200, **headers: str) -> Answer:
    return status, headers, json.dumps(value).encode()


PROJECT = {
    "name": "p",
    "active_items": 9,
    "annotators": [{"id": 1, "name": "Ada", "judged": 3, "skipped": 1}, {"id": 2, "name": "Ben"}],
}
REPORT = {"items_added": 2, "items_known": 0, "rows_refused": 0, "problems": []}


class Pushing(unittest.TestCase):
    def test_rows_go_in_batches_and_lines_are_counted_on(self) -> None:
        second = {**REPORT, "items_added": 0, "rows_refused": 1, "problems": [{"line": 1, "reason": "no prompt"}]}
        with Scripted(told(REPORT), told(second)) as server:
            rows = [{"prompt": f"é{number}"} for number in range(3)]
            report = server.client().push(rows, name="round 1", batch=2)
            self.assertEqual((report.added, report.refused_count), (2, 1))
            self.assertEqual((report.refused[0].line, report.refused[0].reason), (3, "no prompt"))
            self.assertEqual(server.asked[0]["body"].decode(), '{"prompt": "é0"}\n{"prompt": "é1"}\n')
            self.assertEqual(server.asked[1]["query"], {"name": ["round 1"]})
            self.assertEqual(server.asked[0]["token"], "Bearer secret")

    def test_what_is_no_json_is_named_and_nothing_is_sent(self) -> None:
        with Scripted() as server:
            for bad in (float("nan"), {1, 2}):
                with self.assertRaisesRegex(TiebreakError, "row 2"):
                    server.client().push([{"prompt": "a"}, {"prompt": bad}])
            self.assertEqual(server.asked, [])


class Pulling(unittest.TestCase):
    def test_rows_arrive_as_dictionaries(self) -> None:
        lines = b'{"chosen": "a\\nb"}\n{"chosen": "c"}\n'
        packed = 200, {"Content-Encoding": "gzip"}, gzip.compress(lines)
        with Scripted((200, {}, lines), packed) as server:
            client = server.client()
            rows = list(client.pull("trl-explicit", ties="drop", since=4))
            self.assertEqual(rows, [{"chosen": "a\nb"}, {"chosen": "c"}])
            self.assertEqual(list(client.pull("trl-explicit")), rows)
            self.assertEqual(server.asked[0]["query"], {"format": ["trl-explicit"], "ties": ["drop"], "since": ["4"]})

    def test_an_array_arrives_row_by_row(self) -> None:
        for body, expected in [(b'[\n{"a":1},\n{"a":2}\n]\n', [{"a": 1}, {"a": 2}]), (b"[]\n", [])]:
            with Scripted((200, {}, body)) as server:
                self.assertEqual(list(server.client().pull("label-studio")), expected)

    def test_tables_keep_line_ends_within_quotes(self) -> None:
        with Scripted((200, {}, b'number,comment\n1,"two\nlines, one field"\n')) as server:
            rows = list(server.client().pull("csv"))
            self.assertEqual(rows, [{"number": "1", "comment": "two\nlines, one field"}])


    def test_tables_keep_what_stands_in_quotes(self) -> None:
        long = "x" * 200_000
        table = f'number,comment\r\n1,"two\r\nlines"\r\n2,{long}\r\n'.encode()
        with Scripted((200, {}, table)) as server:
            rows = list(server.client().pull("csv"))
            self.assertEqual(rows, [{"number": "1", "comment": "two\r\nlines"}, {"number": "2", "comment": long}])

    def test_what_is_no_row_is_a_fault_of_ours(self) -> None:
        with Scripted((200, {}, b"<html>"), (200, {}, b"a,b\n\xff,1\n")) as server:
            for format in ("trl-explicit", "csv"):
                with self.assertRaises(TiebreakError):
                    list(server.client().pull(format))

    @unittest.skipUnless(importlib.util.find_spec("pandas"), "pandas is not installed")
    def test_a_table_of_pandas_holds_texts_as_they_were_written(self) -> None:
        table = b"candidate_a,comment,revision,propensity\nNone,007,1,0.25\nnull,NA,2,\n"
        with Scripted((200, {}, table)) as server:
            read = server.client().pull_pandas("csv")
        self.assertEqual(list(read["candidate_a"]), ["None", "null"])
        self.assertEqual(list(read["comment"]), ["007", "NA"])
        self.assertEqual(int(read["revision"].sum()), 3)
        self.assertEqual(read["propensity"].isna().tolist(), [False, True])

    @unittest.skipUnless(importlib.util.find_spec("datasets"), "datasets is not installed")
    def test_a_data_set_holds_the_rows(self) -> None:
        with Scripted((200, {}, b'{"chosen": "None"}\n{"chosen": "b"}\n')) as server:
            data = server.client().pull_dataset("trl-explicit", ties="drop")
        self.assertEqual(list(data["chosen"]), ["None", "b"])


class Failing(unittest.TestCase):
    def test_the_servers_reason_is_passed_on(self) -> None:
        refusal = {"code": "policy_needed", "message": "ties: say what becomes of them", "hint": "ties=drop"}
        with Scripted(told(refusal, 400)) as server:
            with self.assertRaises(ApiError) as caught:
                list(server.client().pull("trl-explicit"))
            error = caught.exception
            self.assertEqual((error.status, error.code, error.hint), (400, "policy_needed", "ties=drop"))
            self.assertEqual(len(server.asked), 1, "a refusal is not tried again")

    def test_passing_faults_are_tried_again(self) -> None:
        busy: Answer = (503, {}, b"later")
        with Scripted(busy, (429, {"Retry-After": "7"}, b""), told(PROJECT)) as server:
            client = server.client()
            self.assertEqual(client.project().judged, 3)
            self.assertEqual(server.pauses[1], 7.0)
            self.assertEqual(len(server.asked), 3)

    def test_an_invitation_is_not_made_twice(self) -> None:
        made = told({"link": "l", "role": "annotator", "expires_at": 1}, 201)
        with Scripted((503, {}, b"later"), made) as server:
            self.assertEqual(server.client().invite().link, "l")
            self.assertEqual(len(server.asked), 2, "the server had not begun")
        away = json.dumps({"code": "unavailable", "message": "the database is away"}).encode()
        answers: List[Answer] = [(502, {}, b"lost"), (503, {}, away)]
        for lost in answers:
            with Scripted(lost, made) as server:
                with self.assertRaises(ApiError):
                    server.client().invite()
                self.assertEqual(len(server.asked), 1, "whether it was made is not known")

    def test_an_answer_that_breaks_off_is_asked_for_again(self) -> None:
        broken: Answer = 200, {"X-Promised": "900"}, b'{"name": "p"'
        with Scripted(broken, told(PROJECT)) as server:
            self.assertEqual(server.client().project().judged, 3)
        with Scripted(*[broken] * 2) as server:
            with self.assertRaises(NotReachable):
                server.client(attempts=2).project()

    def test_a_batch_that_is_at_work_is_not_sent_twice(self) -> None:
        with Scripted((200, {"X-Late": "0.6"}, json.dumps(REPORT).encode())) as server:
            with self.assertRaisesRegex(NotReachable, "0.2 s"):
                server.client(push_timeout=0.2).push([{"prompt": "a"}])
            self.assertEqual(len(server.asked), 1)

    def test_an_end_is_put_to_it(self) -> None:
        client = Client("http://127.0.0.1:9", attempts=3, _sleep=lambda _: None)
        with self.assertRaisesRegex(NotReachable, "127.0.0.1:9"):
            client.project()

    def test_tokens_do_not_follow_redirects(self) -> None:
        with Scripted(told({}, 302, Location="http://127.0.0.1:9/elsewhere")) as server:
            with self.assertRaises(ApiError):
                server.client().project()

    def test_addresses_are_looked_at(self) -> None:
        for address in ("ftp://host", "host:7411", "http://me:secret@host"):
            with self.assertRaises(TiebreakError):
                Client(address)


class Waiting(unittest.TestCase):
    def test_it_waits_until_there_are_enough(self) -> None:
        more = {**PROJECT, "annotators": [{"id": 1, "name": "Ada", "judged": 5, "skipped": 0}]}
        with Scripted(told(PROJECT), told(more)) as server:
            self.assertEqual(server.client().wait_for(5).judged, 5)
            self.assertEqual(server.pauses, [5.0])

    def test_it_gives_up(self) -> None:
        with Scripted(*[told(PROJECT)] * 3) as server:
            with self.assertRaisesRegex(TimeoutError, "3 of 5"):
                server.client().wait_for(5, timeout=8)


@unittest.skipUnless(os.environ.get("TIEBREAK_TEST_SERVER"), "TIEBREAK_TEST_SERVER names no server")
class AgainstTheServer(unittest.TestCase):
    def test_a_round(self) -> None:
        client = Client(os.environ["TIEBREAK_TEST_SERVER"], os.environ["TIEBREAK_TEST_TOKEN"])
        rows = [
            {"prompt": f"Question {number}", "response_a": "yes", "response_b": "no", "winner": "a"}
            for number in range(25)
        ]
        before = client.project()
        report = client.push(rows, name="round 1", batch=10)
        self.assertEqual((report.added, report.refused_count), (25, 0), report)
        self.assertEqual(client.push(rows, name="round 1").known, 25, "sending again doubles nothing")
        project = client.project()
        self.assertEqual(project.items, before.items + 25)
        votes = [{**row, "prompt": "Judged " + row["prompt"]} for row in rows]
        client.push(votes, labels_of="Somebody before")
        self.assertEqual(client.wait_for(25, timeout=10).judged, 25)
        table = list(client.pull("csv"))
        self.assertEqual(len(table), 25)
        last = client.project().last_judgment
        self.assertEqual(list(client.pull("csv", since=last)), [], "nothing was said since")
        policies: Dict[str, Any] = {"ties": "drop", "both_bad": "drop", "strength": "ignore", "several": "each"}
        train = list(client.pull("trl-explicit", **policies))
        self.assertEqual({(row["chosen"], row["rejected"]) for row in train}, {("yes", "no")})
        self.assertIn("/api/v1/items", client.openapi()["paths"])
        with self.assertRaises(ApiError):
            list(client.pull("no-such-format"))


if __name__ == "__main__":
    unittest.main()
