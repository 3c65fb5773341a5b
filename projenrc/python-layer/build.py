"""Builds the layer of Python functions: the wrapper, and coverage.py for each Python from wheels that are pinned by their hashes.

    python3 build.py WRAPPER OUT CACHE VERSION [INTERPRETER ...]

WRAPPER is the folder of the wrapper's packages, OUT the folder that becomes `/opt`, CACHE one for wheels, VERSION that of the
layer. Bytecode is compiled by the interpreters that are given. Same input, same bytes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
OPT = "/opt/python"
"""Where the layer's packages are in Lambda: what compiled code names as its place."""

# loaded in Lambda; the rest of coverage.py is there and has no bytecode
USED = (
    "bytecode config data debug disposition env exceptions files misc numbits parser phystokens plugin python regions sqldata"
    " sqlitedb sysmon tomlconfig types version"
).split()

COMPILE = """
import os, py_compile, sys
python, names = sys.argv[1], sys.argv[2:]
for name in names:
    file = os.path.join(python, name)
    # without a time, which differs from build to build, and without a look at the source at each import
    py_compile.compile(file, dfile=f"{OPT}/{name}", doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""


def main(wrapper, out, cache, version, *interpreters):
    python = os.path.join(out, "python")
    shutil.rmtree(out, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for package in ("coverage_wrapper", "coverage_layer"):
        shutil.copytree(os.path.join(wrapper, package), os.path.join(python, package), ignore=ignored)
    version_file = os.path.join(python, "coverage_wrapper", "_version.py")
    with open(version_file, encoding="utf-8") as file:
        text = file.read()
    with open(version_file, "w", encoding="utf-8") as file:
        file.write(text.replace("0.0.0", version))
    packages = os.path.join(python, "coverage_wrapper", "_packages")
    licences = {}
    for requirement, tag, processor, digest in pinned():
        unpack(wheel(cache, requirement, tag, processor, digest), os.path.join(packages, folder(tag)), licences)
    with open(os.path.join(python, "coverage_wrapper", "THIRD-PARTY-LICENSES.txt"), "w", encoding="utf-8") as file:
        file.write(("\n" + "-" * 80 + "\n\n").join(f"{names}\n\n{text}" for text, names in merged(licences)))
    for interpreter in interpreters:
        compile_with(interpreter, python)


def pinned():
    with open(os.path.join(HERE, "wheels.lock"), encoding="utf-8") as file:
        return [line.split() for line in file if line.strip() and not line.startswith("#")]


def folder(tag):
    """As `coverage_wrapper/_counting/coverage_py.py` looks for it."""
    return f"cp3{min(int(tag[3:]), 11)}"


def wheel(cache, requirement, tag, processor, digest):
    name = os.path.join(cache, f"{requirement.replace('==', '-')}-{tag}-{processor}.whl")
    if os.path.exists(name) and sha256(name) == digest:
        return name
    os.makedirs(cache, exist_ok=True)
    fetched = f"{name}.{os.getpid()}"
    shutil.rmtree(fetched, ignore_errors=True)
    platforms = [one for tag_of in ("manylinux2014", "manylinux_2_17", "manylinux_2_28") for one in ("--platform", f"{tag_of}_{processor}")]
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
        "--python-version", tag[2:], "--implementation", "cp", "--abi", tag, *platforms, "--dest", fetched, requirement,
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{requirement} for {tag} on {processor} could not be fetched with pip, which is needed once:\n{done.stdout}")
    (found,) = os.listdir(fetched)
    found = os.path.join(fetched, found)
    if sha256(found) != digest:
        sys.exit(f"{os.path.basename(found)} has the hash {sha256(found)}, and wheels.lock {digest}: not what was pinned")
    os.replace(found, name)
    shutil.rmtree(fetched)
    return name


def sha256(name):
    with open(name, "rb") as file:
        return f"sha256:{hashlib.sha256(file.read()).hexdigest()}"


def unpack(name, into, licences):
    with zipfile.ZipFile(name) as archive:
        for member in sorted(archive.namelist()):
            if re.match(r"coverage/[^/]+\.(py|so)$", member):
                file = os.path.join(into, member)
                os.makedirs(os.path.dirname(file), exist_ok=True)
                with open(file, "wb") as target:
                    target.write(archive.read(member))
            elif re.search(r"\.dist-info/(licenses/)?(LICENSE|NOTICE)[^/]*$", member):
                label = f"{member.split('.dist-info')[0].replace('-', ' ')} (Apache-2.0)"
                licences.setdefault(label, {})[os.path.basename(member)] = archive.read(member).decode()


def merged(licences):
    by_text = {}
    for label, texts in licences.items():
        by_text.setdefault("\n".join(texts[one].strip() for one in sorted(texts)) + "\n", []).append(label)
    return [(text, "\n".join(sorted(labels))) for text, labels in by_text.items()]


def compile_with(interpreter, python):
    tag = subprocess.run([interpreter, "-c", "import sys; print(f'cp3{sys.version_info[1]}')"], check=True, stdout=subprocess.PIPE)
    used = folder(tag.stdout.decode().strip())
    names = []
    for root, folders, files in os.walk(python):
        folders.sort()
        below = os.path.relpath(root, python)
        is_coverage = "_packages" in below
        if "__pycache__" in below or (is_coverage and f"_packages/{used}/" not in f"{below}/"):
            continue
        for name in sorted(files):
            if name.endswith(".py") and (not is_coverage or name[:-3] in USED):
                names.append(os.path.normpath(os.path.join(below, name)))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    subprocess.run([interpreter, "-c", COMPILE.replace("{OPT}", OPT), python, *names], check=True, env=environment)


main(*sys.argv[1:])
