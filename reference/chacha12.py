"""Random numbers of a seed, written out in plain Python: the golden values of
crates/koniscope-metrics/src/rng.rs.

    python3 reference/chacha12.py

prints the first two numbers of 64 bits for some seeds. ChaCha with 12 rounds (Bernstein 2008), its key
expanded from the seed by PCG32 (O'Neill 2014), as the crate rand_core describes it.
"""

M32, M64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


def key_of(seed):
    words = []
    for _ in range(8):
        seed = (seed * 6364136223846793005 + 11634580027462260723) & M64
        mixed = (((seed >> 18) ^ seed) >> 27) & M32
        turn = seed >> 59
        words.append(((mixed >> turn) | (mixed << (32 - turn))) & M32)
    return words


def block(key, counter):
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key, counter & M32, counter >> 32, 0, 0]
    x = list(start)

    def quarter(a, b, c, d):
        for p, q, r, by in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]:
            x[p] = (x[p] + x[q]) & M32
            x[r] ^= x[p]
            x[r] = ((x[r] << by) | (x[r] >> (32 - by))) & M32

    for _ in range(6):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return [(a + b) & M32 for a, b in zip(x, start)]


def numbers(seed, count):
    key = key_of(seed)
    words = [word for i in range((count + 7) // 8) for word in block(key, i)]
    return [words[2 * i] | words[2 * i + 1] << 32 for i in range(count)]


if __name__ == "__main__":
    for seed in [0, 1, 20211]:
        print(seed, [hex(n) for n in numbers(seed, 2)], hex(numbers(seed, 40)[39]))
