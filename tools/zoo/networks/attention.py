"""Networks of tokens: fully connected layers over a map's positions, attention."""
import torch
from torch import nn
from torch.nn import functional as F

from ..entry import network

FAMILY = "tokens and attention"
TOKENS, WIDTH = 16, 8  # 4x4 patches


def attention_macs(tokens: int, width: int, windows: int = 1) -> int:
    """The projections of queries, keys and values and of the output, and two products of tokens."""
    return windows * (4 * tokens * width**2 + 2 * tokens**2 * width)


class Patches(nn.Module):
    """Patches as tokens [N, T, C], with their places added; `body`; the mean token's classes."""

    def __init__(self, *body: nn.Module) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, WIDTH, 3, 3)
        self.places = nn.Parameter(torch.ones(1, TOKENS, WIDTH))
        self.body, self.head = nn.Sequential(*body), nn.Linear(WIDTH, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embed(x).flatten(2).transpose(1, 2) + self.places
        return self.head(self.body(x).mean(1))


class Mix(nn.Module):
    """MLP-mixer: an MLP over the tokens, then one over the channels."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.tokens = nn.Sequential(nn.Linear(TOKENS, 12), nn.GELU(), nn.Linear(12, TOKENS))
        self.channels = nn.Sequential(nn.Linear(WIDTH, 12), nn.ReLU(), nn.Linear(12, WIDTH))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


@network("mlp-mixer", "fully connected layers over positions and over channels", layers=6, relus=1)
def mlp_mixer() -> nn.Module:
    return Patches(Mix())


class Block(nn.Module):
    """Attention by nn.MultiheadAttention, and an MLP, each with a norm and a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 12), nn.ReLU(), nn.Linear(12, WIDTH))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class WithClassToken(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.ones(1, 1, WIDTH))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)


@network(
    "vit",
    "a class token, nn.MultiheadAttention: its MACs are left out, the MLP's stay",
    layers=4,
    relus=1,
    left_out=attention_macs(TOKENS + 1, WIDTH),
)
def vit() -> nn.Module:
    return Patches(WithClassToken(), Block())


class OwnAttention(nn.Module):
    """Attention as timm writes it: one layer for queries, keys and values, products by @."""

    def __init__(self, heads: int = 2) -> None:
        super().__init__()
        self.heads, self.qkv = heads, nn.Linear(WIDTH, 3 * WIDTH)
        self.project = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, t, c = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        weights = (q @ k.transpose(-2, -1) * (c // self.heads) ** -0.5).softmax(dim=-1)
        return x + self.project((weights @ v).transpose(1, 2).reshape(n, t, c))


@network(
    "vit-own",
    "attention of the network's own: its four projections are layers, its products are not",
    layers=4,
    left_out=2 * TOKENS**2 * WIDTH,
)
def vit_own() -> nn.Module:
    return Patches(OwnAttention())


@network(
    "encoder-layer",
    "nn.TransformerEncoderLayer is one operation for torch.fx: all of it is left out",
    layers=2,
    left_out=attention_macs(TOKENS, WIDTH) + 2 * TOKENS * WIDTH * 12,
)
def encoder_layer() -> nn.Module:
    return Patches(nn.TransformerEncoderLayer(WIDTH, 2, 12, batch_first=True))


@network(
    "einsum",
    "attention by torch.einsum",
    layers=5,
    left_out=2 * TOKENS**2 * WIDTH,
)
class Einsum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, WIDTH, 3, 3)
        self.query, self.key = nn.Conv2d(WIDTH, WIDTH, 1), nn.Conv2d(WIDTH, WIDTH, 1)
        self.value, self.head = nn.Conv2d(WIDTH, WIDTH, 1), nn.Linear(WIDTH, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embed(x)
        q, k, v = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
        weights = torch.einsum("ncq,nck->nqk", q, k).softmax(-1)
        return self.head(torch.einsum("nqk,nck->nqc", weights, v).mean(1))


class Window(nn.Module):
    """Swin's: the map is rolled, cut into windows of 2x2, and each attends to itself."""

    def __init__(self, shift: int) -> None:
        super().__init__()
        self.shift, self.norm = shift, nn.LayerNorm(WIDTH)
        self.qkv, self.project = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 12), nn.ReLU(), nn.Linear(12, WIDTH))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, h, w, c = x.shape
        y = torch.roll(self.norm(x), shifts=(-self.shift, -self.shift), dims=(1, 2))
        y = y.view(n, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).contiguous()
        q, k, v = self.qkv(y.view(-1, 4, c)).chunk(3, dim=-1)
        y = self.project((q @ k.transpose(1, 2)).softmax(-1) @ v)
        y = y.view(n, h // 2, w // 2, 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
        x = x + torch.roll(y, shifts=(self.shift, self.shift), dims=(1, 2))
        return x + self.mlp(x)


@network(
    "swin",
    "windows by roll and view: their layers are rows, products of tokens are left out",
    layers=10,
    relus=3,
    left_out=2 * 4 * 2 * 4**2 * WIDTH,
)
class Swin(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed, self.head = nn.Conv2d(3, WIDTH, 3, 3), nn.Linear(WIDTH, 5)
        self.blocks = nn.Sequential(Window(0), Window(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.embed(x).permute(0, 2, 3, 1))
        return self.head(F.relu(x).mean((1, 2)))
