#!/usr/bin/env python3
"""Kills the node again and again while films arrive, and counts what is lost: nothing may be.

    cargo build --release && python3 docs/figures/kill.py target/release/koniscope FILM.dcm [KILLS] [FILMS]

FILM.dcm is one film that the node reads; copies of it with other SOP Instance UIDs are sent. Needs dcmtk. While
`storescu` sends, the node is ended by SIGKILL at random instants, and the destination, a `storescp`, goes up and
down. Then all are left alone until the queue is empty, and what arrived is compared with what was acknowledged.
Prints JSON, and ends with 1 if a film is lost, differs or is left over.
"""
import collections, hashlib, json, pathlib, random, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time

program, film = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
kills, films = (int(sys.argv[i]) if len(sys.argv) > i else usual for i, usual in ((3, 200), (4, 500)))
root = pathlib.Path(tempfile.mkdtemp(prefix="kill-"))
quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
random.seed(1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


own, pacs = free_port(), free_port()
config = root / "node.toml"
config.write_text(f"""
[node]
ae_title = "KONISCOPE"
listen = "127.0.0.1:{own}"
folder = "{root}/node"
accept_any_caller = true
reserve_mb = 1
[peers.pacs]
ae_title = "PACS"
address = "127.0.0.1:{pacs}"
[[destinations]]
peer = "pacs"
[retries]
attempts = 100000
first_s = 1
longest_s = 2
[timeouts]
message_s = 10
association_s = 5
""")
(root / "sent").mkdir()
(root / "came").mkdir()
for i in range(films):
    copy = root / "sent" / f"{i:04}.dcm"
    shutil.copy(film, copy)
    subprocess.run(["dcmodify", "-nb", "-gin", copy], check=True, **quiet)

log = open(root / "node.log", "w")
serve = lambda: subprocess.Popen([program, "serve", "--config", config], stdout=log, stderr=log)
archive = lambda: subprocess.Popen(
    ["storescp", "-aet", "PACS", "+uf", "-pm", "-od", root / "came", str(pacs)], **quiet)
ended, acknowledged, refused = threading.Event(), [], 0


def send():
    global refused
    for copy in sorted((root / "sent").iterdir()):
        while subprocess.run(["storescu", "-aec", "KONISCOPE", "-to", "5", "-td", "10", "127.0.0.1", str(own), copy], **quiet).returncode:
            refused += 1
            time.sleep(0.1)
        acknowledged.append(copy)
        # So that films arrive all the while.
        while not ended.is_set() and len(acknowledged) > films * (killed + 1) / kills:
            time.sleep(0.02)


def destination():
    while not ended.is_set():
        receiver = archive()
        ended.wait(random.uniform(1, 8))
        receiver.kill()
        receiver.wait()
        ended.wait(random.uniform(0.2, 3))


begun, killed = time.time(), 0
threads = [threading.Thread(target=work) for work in (send, destination)]
for thread in threads:
    thread.start()
while killed < kills:
    node = serve()
    time.sleep(random.uniform(0.2, 3))
    node.send_signal(signal.SIGKILL)
    node.wait()
    killed += 1
ended.set()
node = serve()
for thread in threads:
    thread.join()
receiver = archive()
killing_s = time.time() - begun


def status():
    told = subprocess.run([program, "node", "status", "--config", config, "--json"], capture_output=True)
    return json.loads(told.stdout) if told.returncode == 0 else {"films": []}


until = time.time() + 1200
while time.time() < until:
    states = {count["state"]: count["number"] for count in status()["films"]}
    if states.get("done") == films or states.get("failed"):
        break
    time.sleep(1)
node.terminate()
node.wait()
receiver.kill()
receiver.wait()

came = collections.defaultdict(lambda: collections.Counter())
for file in (root / "came").iterdir():
    told = subprocess.run(["dcmdump", "+P", "0008,0018", file], capture_output=True, text=True)
    found = told.returncode == 0 and re.search(r"\[([\d.]+)\]", told.stdout)
    # A file that the receiver was killed over is none; its sender had no answer, and sent it again.
    if found:
        came[found.group(1)][hashlib.sha256(file.read_bytes()).hexdigest()] += 1
objects = list((root / "node" / "results").glob("*/*.dcm"))
results = {
    "kills": killed, "films": films, "acknowledged": len(acknowledged), "attempts_refused": refused,
    "states": states, "objects_made": len(objects), "objects_at_destination": len(came),
    "sent_more_than_once": sum(sum(times.values()) > 1 for times in came.values()),
    "with_differing_bytes": sum(len(times) > 1 for times in came.values()),
    "seconds_of_killing": round(killing_s), "seconds_in_all": round(time.time() - begun),
}
print(json.dumps(results, indent=2))
well = states == {"done": films} and len(came) == len(objects) and not results["with_differing_bytes"]
if well:
    shutil.rmtree(root)
else:
    print(f"look into {root}", file=sys.stderr)
sys.exit(not well)
