"""The 95 % confidence intervals of a share, and of a difference of two measured on the same images.

A share's is Wilson's score interval (Journal of the American Statistical Association 22, 1927,
209-212). A difference's:

Tango's score interval for paired proportions (Statistics in Medicine 17, 1998, 891-908). Unlike the
normal approximation it keeps its coverage for few images and few changes, and does not shrink to
nothing when no image changes sides.
"""
import math

Z = 1.959963984540054  # the normal distribution's 97.5 % point
METHOD = "paired, 95 %: Tango's score interval for the difference of paired proportions"


def share_interval(n: int, found: int) -> tuple[float, float]:
    """(low, high) of found / n."""
    share, z2 = found / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def paired_interval(n: int, lost: int, won: int) -> tuple[float, float]:
    """(low, high) of (won - lost) / n: of n images, `lost` went from right to wrong, `won` back."""
    measured = (won - lost) / n

    def bound(low: float, high: float) -> float:
        """The value between one inside and one outside the interval where the score reaches the
        limit."""
        for _ in range(60):
            middle = (low + high) / 2
            if abs(_score(n, lost, won, middle)) <= Z:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    return bound(measured, -1.0), bound(measured, 1.0)


def _score(n: int, lost: int, won: int, difference: float) -> float:
    """The score of `difference`, in standard deviations, with the nuisance parameter at its
    maximum- likelihood estimate."""
    a = 2.0 * n
    b = -won - lost + (2.0 * n - won + lost) * difference
    c = -lost * difference * (1 - difference)
    both = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    variance = n * (2 * both + difference * (1 - difference))
    distance = won - lost - n * difference
    if variance <= 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)
