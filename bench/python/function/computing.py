"""Work for the interpreter: loops, branches, calls."""


def sum_of_primes(limit):
    total = 0
    for number in range(2, limit):
        for divisor in range(2, int(number**0.5) + 1):
            if number % divisor == 0:
                break
        else:
            total += number
    return total


def collatz(limit):
    longest = 0
    for start in range(1, limit):
        steps = 0
        while start != 1:
            if start % 2:
                start = 3 * start + 1
            else:
                start //= 2
            steps += 1
        longest = max(longest, steps)
    return longest


def sort_words(count):
    words = [word(number) for number in range(count)]
    for end in range(len(words) - 1, 0, -1):
        for at in range(end):
            if words[at] > words[at + 1]:
                words[at], words[at + 1] = words[at + 1], words[at]
    return words[0]


def word(number):
    letters = []
    while number > 0:
        number, letter = divmod(number, 26)
        letters.append(chr(97 + letter))
    return "".join(letters)
