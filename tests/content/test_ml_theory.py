"""Checks what can be computed of the key points of ml_theory, part A."""

import math

import numpy as np


def _rng(seed=0):
    return np.random.default_rng(seed)


def _numeric(f, x, h=1e-6):
    """The gradient of a scalar function by central differences."""
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / (2 * h)
    return g


def _softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


_ERF = np.vectorize(math.erf)


def _cdf(x):
    return 0.5 * (1 + _ERF(np.asarray(x) / math.sqrt(2)))


def _pdf(x):
    return np.exp(-(np.asarray(x) ** 2) / 2) / math.sqrt(2 * math.pi)


def _gelu(x):
    return x * _cdf(x)


def _silu(x, beta=1.0):
    return x * _sigmoid(beta * x)


# --- derive_layer_gradients, vanishing_gradient_deep_network ----------------------------


def test_dense_layer_gradients():
    r = _rng()
    n, d, k = 5, 4, 3
    x, w = r.normal(size=(n, d)), r.normal(size=(d, k))
    b, up = r.normal(size=k), r.normal(size=(n, k))

    def loss(x, w, b):
        return float((np.maximum(x @ w + b, 0) * up).sum())

    dz = up * (x @ w + b > 0)
    assert np.allclose(x.T @ dz, _numeric(lambda w: loss(x, w, b), w), atol=1e-5)
    assert np.allclose(dz.sum(0), _numeric(lambda b: loss(x, w, b), b), atol=1e-5)
    assert np.allclose(dz @ w.T, _numeric(lambda x: loss(x, w, b), x), atol=1e-5)
    assert (x.T @ dz).shape == w.shape and (dz @ w.T).shape == x.shape


def test_sigmoid_slope_is_at_most_a_quarter():
    x = np.linspace(-10, 10, 100001)
    s = _sigmoid(x)
    assert abs((s * (1 - s)).max() - 0.25) < 1e-9


def test_hundred_factors_of_point_nine_leave_almost_nothing():
    assert 0.9**100 < 3e-5


def test_residual_jacobian_is_identity_plus_branch():
    r = _rng(1)
    w, x = r.normal(size=(4, 4)), r.normal(size=4)
    branch = np.diag(1 - np.tanh(w @ x) ** 2) @ w
    for i in range(4):
        row = _numeric(lambda x, i=i: float((x + np.tanh(w @ x))[i]), x)
        assert np.allclose(row, (np.eye(4) + branch)[i], atol=1e-6)


# --- self_vs_cross_attention, positional_encodings_legal_clauses ------------------------


def _attention(q, k, v, mask=None):
    s = q @ k.T / math.sqrt(q.shape[-1])
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    p = _softmax(s)
    return p @ v, p


def test_cross_attention_shapes_and_row_sums():
    r = _rng(2)
    n, m, d = 3, 7, 8
    x, memory = r.normal(size=(n, d)), r.normal(size=(m, d))
    wq, wk, wv = (r.normal(size=(d, d)) for _ in range(3))
    out, p = _attention(x @ wq, memory @ wk, memory @ wv)
    assert p.shape == (n, m) and out.shape == (n, d) and np.allclose(p.sum(1), 1)
    out, p = _attention(x @ wq, x @ wk, x @ wv)
    assert p.shape == (n, n) and out.shape == (n, d)


def test_tied_projections_make_scores_symmetric():
    q = _rng(3).normal(size=(4, 5))
    assert np.allclose(q @ q.T, (q @ q.T).T)


def test_attention_without_positions_is_permutation_equivariant():
    r = _rng(4)
    x = r.normal(size=(6, 8))
    wq, wk, wv = (r.normal(size=(8, 8)) for _ in range(3))
    perm = r.permutation(6)
    f = lambda x: _attention(x @ wq, x @ wk, x @ wv)[0]
    assert np.allclose(f(x)[perm], f(x[perm]))


def _sinusoid(pos, d):
    angle = pos / 10000 ** (np.arange(0, d, 2) / d)
    pe = np.empty(d)
    pe[0::2], pe[1::2] = np.sin(angle), np.cos(angle)
    return pe


def test_sinusoidal_shift_is_one_fixed_rotation():
    d, k = 16, 5
    theta = 1 / 10000 ** (np.arange(0, d, 2) / d)
    m = np.zeros((d, d))
    for i, t in enumerate(theta):
        c, s = math.cos(k * t), math.sin(k * t)
        m[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[c, s], [-s, c]]
    for pos in (0, 3, 100, 900):
        assert np.allclose(m @ _sinusoid(pos, d), _sinusoid(pos + k, d))
    assert np.allclose(m @ m.T, np.eye(d))


# --- qc_assay_mean_shift_or_lot ---------------------------------------------------------


def test_welch_statistic_and_degrees_of_freedom_on_a_case_done_by_hand():
    a, b = np.array([9.8, 10.1, 10.0, 9.9, 10.2]), np.array([10.4, 11.0, 10.2, 10.8])
    va, vb = a.var(ddof=1) / 5, b.var(ddof=1) / 4
    t = (a.mean() - b.mean()) / math.sqrt(va + vb)
    df = (va + vb) ** 2 / (va**2 / 4 + vb**2 / 3)
    assert abs(va - 0.025 / 5) < 1e-12 and abs(vb - (0.4 / 3) / 4) < 1e-12
    assert abs(t + 0.6 / math.sqrt(0.005 + 1 / 30)) < 1e-9 and 3 < df < 7


def test_pooled_test_has_wrong_size_when_the_small_lot_is_noisier():
    """Large samples, so that the normal limit serves and no t-table is needed."""
    r = _rng(5)
    n1, n2, trials = 200, 50, 20000
    a, b = r.normal(0, 1, (trials, n1)), r.normal(0, 3, (trials, n2))
    diff = a.mean(1) - b.mean(1)
    va, vb = a.var(1, ddof=1), b.var(1, ddof=1)
    welch = diff / np.sqrt(va / n1 + vb / n2)
    pooled_var = ((n1 - 1) * va + (n2 - 1) * vb) / (n1 + n2 - 2)
    pooled = diff / np.sqrt(pooled_var * (1 / n1 + 1 / n2))
    assert abs((abs(welch) > 1.96).mean() - 0.055) < 0.01
    assert (abs(pooled) > 1.96).mean() > 0.15


def test_z_with_estimated_sigma_rejects_too_often_at_six_replicates():
    x = _rng(6).normal(size=(50000, 6))
    t = x.mean(1) / (x.std(1, ddof=1) / math.sqrt(6))
    assert (abs(t) > 1.96).mean() > 0.09
    assert abs((abs(t) > 2.5706).mean() - 0.05) < 0.005  # t quantile with 5 degrees of freedom


def test_repeated_readings_of_one_vial_understate_the_variance():
    r = _rng(7)
    vial, reading = 1.0, 0.3
    x = r.normal(0, vial, (20000, 6, 1)) + r.normal(0, reading, (20000, 6, 3))
    naive = (x.reshape(20000, 18).var(1, ddof=1) / 18).mean()
    honest = (x.mean(2).var(1, ddof=1) / 6).mean()
    true = x.mean((1, 2)).var()
    assert abs(honest / true - 1) < 0.05 and naive < 0.5 * true


# --- mimo_channel_estimation_error ------------------------------------------------------


def _complex(r, *shape):
    return (r.normal(size=shape) + 1j * r.normal(size=shape)) / math.sqrt(2)


def test_sinr_ceiling_is_about_the_inverse_error_variance():
    sigma2 = 0.01
    sinr = lambda p: (1 - sigma2) * p / (1 + sigma2 * p)
    assert abs(10 * math.log10(sinr(1e9)) - 20) < 0.1
    r = _rng(8)
    e = math.sqrt(sigma2) * _complex(r, 50000, 4, 4)
    for power in (1.0, 100.0):  # total transmit power over four antennas
        x = math.sqrt(power / 4) * np.sign(r.normal(size=(50000, 4, 1)))
        got = (abs(e @ x) ** 2).mean()
        assert abs(got / (sigma2 * power) - 1) < 0.03


def _mimo_error_rate(snr_db, sigma2, trials=40000):
    """QPSK over 4x4 Rayleigh with zero forcing on an estimate with error variance sigma2."""
    r = _rng(9)
    true = _complex(r, trials, 4, 4)
    estimate = true + math.sqrt(sigma2) * _complex(r, trials, 4, 4)
    bits = r.integers(0, 2, (trials, 4, 2)) * 2 - 1
    x = (bits[..., 0] + 1j * bits[..., 1]) / math.sqrt(2) / 2  # total power one
    y = (true @ x[..., None])[..., 0] + 10 ** (-snr_db / 20) * _complex(r, trials, 4)
    z = np.linalg.solve(estimate, y[..., None])[..., 0]
    wrong = (np.sign(z.real) != bits[..., 0]).mean() + (np.sign(z.imag) != bits[..., 1]).mean()
    return wrong / 2


def test_bit_error_rate_has_a_floor_only_with_estimation_error():
    assert _mimo_error_rate(60, 0.01) > 0.8 * _mimo_error_rate(45, 0.01) > 0.005
    assert _mimo_error_rate(60, 0.0) < 0.1 * _mimo_error_rate(45, 0.0) + 1e-4
    assert _mimo_error_rate(45, 0.05) > _mimo_error_rate(45, 0.01)


def test_square_zero_forcing_has_diversity_order_one():
    """The error rate falls tenfold for 10 dB, and no faster."""
    ratio = _mimo_error_rate(20, 0, 200000) / _mimo_error_rate(30, 0, 200000)
    assert 7 < ratio < 13


def test_outage_has_a_floor_and_throughput_a_ceiling():
    r = _rng(10)
    h = _complex(r, 20000, 4, 4)

    def rates(snr_db, sigma2):
        p = 10 ** (snr_db / 10)
        rho = p * (1 - sigma2) / (1 + sigma2 * p)
        return np.linalg.slogdet(np.eye(4) + rho / 4 * h @ h.conj().swapaxes(1, 2))[1] / math.log(2)

    target = 16.0
    assert (rates(60, 0.0) < target).mean() == 0.0
    assert (rates(60, 0.05) < target).mean() > 0.3
    assert rates(60, 0.05).mean() - rates(40, 0.05).mean() < 0.2
    assert rates(60, 0.0).mean() - rates(40, 0.0).mean() > 20


def test_four_antennas_need_four_pilot_symbols():
    r = _rng(11)
    h = _complex(r, 4, 4)
    pilots = np.fft.fft(np.eye(4))
    assert np.allclose(h @ pilots @ pilots.conj().T / 4, h)
    assert np.linalg.matrix_rank(pilots[:, :3]) < 4


# --- softmax_cross_entropy_gradient -----------------------------------------------------


def test_softmax_jacobian_and_cross_entropy_gradient():
    z = _rng(12).normal(size=6)
    y = np.eye(6)[2]
    p = _softmax(z)
    jac = np.diag(p) - np.outer(p, p)
    for i in range(6):
        assert np.allclose(jac[i], _numeric(lambda z, i=i: float(_softmax(z)[i]), z), atol=1e-6)
    g = _numeric(lambda z: float(-np.log(_softmax(z)[2])), z)
    assert np.allclose(g, p - y, atol=1e-6) and abs((p - y).sum()) < 1e-12
    soft = _softmax(_rng(13).normal(size=6))
    g = _numeric(lambda z: float(-(soft * np.log(_softmax(z))).sum()), z)
    assert np.allclose(g, p - soft, atol=1e-6)
    g = _numeric(lambda z: float(-np.log(_softmax(z / 3)[2])), z)
    assert np.allclose(g, (_softmax(z / 3) - y) / 3, atol=1e-6)


def test_confidently_wrong_gets_gradient_one_but_squared_error_saturates():
    z = -12.0  # the target is 1
    p = _sigmoid(z)
    assert abs((p - 1) + 1) < 1e-4
    assert abs(2 * (p - 1) * p * (1 - p)) < 2e-5


def test_log_sum_exp_is_stable_where_the_two_steps_are_not():
    z = np.array([1000.0, 0.0])
    with np.errstate(all="ignore"):
        naive = -np.log((np.exp(z) / np.exp(z).sum())[1])
    m = z.max()
    fused = -(z - (m + np.log(np.exp(z - m).sum())))[1]
    assert not np.isfinite(naive) and fused == 1000.0


# --- relu_gelu_swish --------------------------------------------------------------------


def test_gelu_and_swish_derivatives():
    x = np.linspace(-6, 6, 49)
    h = 1e-6
    s = _sigmoid(x)
    assert np.allclose((_gelu(x + h) - _gelu(x - h)) / (2 * h), _cdf(x) + x * _pdf(x), atol=1e-7)
    assert np.allclose((_silu(x + h) - _silu(x - h)) / (2 * h), s + x * s * (1 - s), atol=1e-7)


def test_dips_below_zero():
    x = np.linspace(-5, 0, 50001)
    assert abs(_gelu(x).min() + 0.17) < 0.001
    assert abs(_silu(x).min() + 0.278) < 0.001


def test_swiglu_hidden_width_of_two_thirds_keeps_the_parameters():
    d = 4096
    assert 3 * d * round(2 / 3 * 4 * d) - 2 * d * 4 * d < 3 * d


# --- adam_bias_correction, rmsprop_adam_adamw -------------------------------------------


def test_adam_unrolls_to_the_geometric_sum():
    g = _rng(14).normal(size=20)
    m, b = 0.0, 0.9
    for one in g:
        m = b * m + (1 - b) * one
    assert abs(m - (1 - b) * sum(b ** (20 - i) * g[i - 1] for i in range(1, 21))) < 1e-12
    assert abs((1 - b) * sum(b ** (20 - i) for i in range(1, 21)) - (1 - b**20)) < 1e-12


def test_first_adam_step_is_the_sign_and_three_times_as_large_uncorrected():
    for g in (1e-3, 5.0, -200.0):
        m, v = 0.1 * g, 0.001 * g * g
        assert abs((m / 0.1) / math.sqrt(v / 0.001) - math.copysign(1, g)) < 1e-9
        assert abs(abs(m / math.sqrt(v)) - 3.162) < 1e-3
    ratio = [(1 - 0.9**t) / math.sqrt(1 - 0.999**t) for t in range(1, 5001)]
    assert 6 < max(ratio) < 7 and ratio.index(max(ratio)) + 1 in range(8, 20)
    assert ratio[999] < 1.3 and ratio[2999] < 1.03  # "several times too large", fading


def test_momentum_alone_starts_too_slowly():
    assert abs((1 - 0.9**1) - 0.1) < 1e-12


def _adam(gradients, wd_in_gradient=0.0, wd_decoupled=0.0, theta=1.0, lr=1e-3):
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        g = g + wd_in_gradient * theta
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        step = (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-12)
        theta -= lr * (step + wd_decoupled * theta)
    return theta


def test_adam_ignores_the_scale_of_the_loss():
    g = _rng(15).normal(size=50)
    assert abs(_adam(g) - _adam(100 * g)) < 1e-9


def test_l2_in_adam_shrinks_weights_with_large_gradients_less():
    """Zero-mean gradients, so what moves the mean weight is the penalty."""
    r = _rng(16)
    moved = {}
    for scale in (0.1, 10.0):
        runs = []
        for _ in range(200):
            g = scale * r.normal(size=200)
            g = np.concatenate([g, -g])  # antithetic, to cancel the gradient's own drift
            runs.append(_adam(g, 0.0) - _adam(g, wd_in_gradient=0.01))
        moved[scale] = np.mean(runs)
    assert moved[0.1] > 20 * moved[10.0] > 0
    ones = np.ones(100)
    even = [_adam(s * ones) - _adam(s * ones, wd_decoupled=0.01) for s in (0.1, 10.0)]
    assert abs(even[0] - even[1]) < 1e-6


def test_sgd_l2_equals_weight_decay():
    theta, g, lr, lam = 2.0, 0.3, 0.1, 0.05
    assert abs((theta - lr * (g + lam * theta)) - ((1 - lr * lam) * theta - lr * g)) < 1e-12


# --- initialisation_variance ------------------------------------------------------------


def test_preactivation_variance_is_fan_in_times_weight_variance_times_second_moment():
    r = _rng(17)
    w, x = r.normal(0, 0.3, (4000, 64)), np.maximum(r.normal(size=(64, 500)), 0)
    assert abs((w @ x).var() / (64 * 0.09 * (x**2).mean()) - 1) < 0.03


def test_relu_halves_the_second_moment():
    z = _rng(18).normal(size=10**6)
    assert abs((np.maximum(z, 0) ** 2).mean() / z.var() - 0.5) < 0.005


def test_he_keeps_the_scale_and_half_of_it_loses_it_exponentially():
    r = _rng(19)

    def second_moment(gain, depth=30, width=512):
        x = r.normal(size=(width, 16))
        for _ in range(depth):
            x = np.maximum(r.normal(0, math.sqrt(gain / width), (width, width)) @ x, 0)
        return (x**2).mean()

    assert 0.3 < second_moment(2.0) < 3
    assert second_moment(1.0) < 1e-7
    assert 5e-16 < 0.5**50 < 1.5e-15  # "after fifty layers ten to the minus fifteen"


def test_residual_branches_add_up_unless_scaled():
    r = _rng(20)
    width, depth = 256, 64

    def stream(scale):
        x = r.normal(size=(width, 32))
        for _ in range(depth):
            branch = x / np.sqrt((x**2).mean(0))  # pre-norm
            x = x + scale * r.normal(0, 1 / math.sqrt(width), (width, width)) @ branch
        return (x**2).mean()

    assert abs(stream(1.0) / (1 + depth) - 1) < 0.2  # grows linearly with depth
    assert abs(stream(1 / math.sqrt(depth)) / 2 - 1) < 0.2


# --- batch_layer_rms_norm, pre_norm_post_norm -------------------------------------------


def _rms(x):
    return x / np.sqrt((x**2).mean(-1, keepdims=True))


def _layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)


def test_norms_ignore_scale_and_layer_norm_ignores_the_rest_of_the_batch():
    x = _rng(21).normal(2, 3, (4, 32))
    assert np.allclose(_rms(10 * x), _rms(x)) and np.allclose(_layer_norm(10 * x), _layer_norm(x))
    assert np.allclose(_layer_norm(x)[:1], _layer_norm(x[:1]))
    batch = lambda x: (x - x.mean(0)) / x.std(0)
    assert not np.allclose(batch(x)[:2], batch(x[:2]))


def test_batch_norm_folds_into_a_linear_layer():
    r = _rng(22)
    w, b, x = r.normal(size=(5, 3)), r.normal(size=3), r.normal(size=(7, 5))
    mean, var = r.normal(size=3), r.uniform(1, 2, 3)
    gain, shift = r.normal(size=3), r.normal(size=3)
    a = gain / np.sqrt(var)
    assert np.allclose(a * (x @ w + b - mean) + shift, x @ (w * a) + (a * (b - mean) + shift))


def _norm_jacobian(x):
    y = _rms(x)
    return (np.eye(len(x)) - np.outer(y, y) / len(x)) / np.sqrt((x**2).mean())


def test_rms_norm_jacobian():
    x = _rng(23).normal(size=5)
    for i in range(5):
        row = _numeric(lambda x, i=i: float(_rms(x)[i]), x)
        assert np.allclose(row, _norm_jacobian(x)[i], atol=1e-7)


def test_skip_path_is_the_identity_in_pre_norm_and_shrinks_in_post_norm():
    """The skip path alone: nothing in pre-norm, one norm a block in post-norm."""
    r = _rng(23)
    width, depth = 256, 20
    x, path = r.normal(size=width), np.eye(width)
    for _ in range(depth):
        z = x + r.normal(0, 1 / math.sqrt(width), (width, width)) @ x
        path = _norm_jacobian(z) @ path
        x = _rms(z)
    assert 0.3 < np.linalg.norm(path, 2) / 2 ** (-depth / 2) < 3
    # A whole pre-norm block: identity plus the branch.
    w = r.normal(0, 1 / math.sqrt(8), (8, 8))
    x = r.normal(size=8)
    whole = np.eye(8) + w @ _norm_jacobian(x)
    row = _numeric(lambda x: float((x + w @ _rms(x))[0]), x)
    assert np.allclose(row, whole[0], atol=1e-6)


# --- rnn_bptt_lstm_clipping -------------------------------------------------------------


def test_tanh_gradients_vanish_below_singular_value_one():
    r = _rng(24)
    w = r.normal(size=(16, 16))
    w *= 0.95 / np.linalg.norm(w, 2)
    h, jac = r.normal(size=16), np.eye(16)
    for _ in range(100):
        h = np.tanh(w @ h + r.normal(size=16))
        jac = np.diag(1 - h**2) @ w @ jac
    assert np.linalg.norm(jac, 2) <= 0.95**100


def test_forget_gate_of_point_nine_after_a_hundred_steps():
    assert 2e-5 < 0.9**100 < 3.5e-5


def test_norm_clipping_keeps_direction_and_elementwise_does_not():
    g = np.array([3.0, 0.4])
    clipped = g * min(1, 1 / np.linalg.norm(g))
    assert abs(np.cross(np.append(g, 0), np.append(clipped, 0))[2]) < 1e-12
    assert abs(np.linalg.norm(clipped) - 1) < 1e-12
    byhand = np.clip(g, -1, 1)
    assert abs(g[0] * byhand[1] - g[1] * byhand[0]) > 0.1


# --- dropout_expectation ----------------------------------------------------------------


def test_dropout_mean_and_variance():
    r = _rng(25)
    x, q = 3.0, 0.8
    y = x * (r.random(10**6) < q) / q
    assert abs(y.mean() - x) < 0.01 and abs(y.var() / (x * x * (1 - q) / q) - 1) < 0.01
    assert (1 - 0.5) / 0.5 == 1.0


def test_dropout_in_linear_regression_is_a_weighted_ridge():
    r = _rng(26)
    x, y, w, q = r.normal(size=(6, 3)), r.normal(size=6), r.normal(size=3), 0.7
    masks = np.array(np.meshgrid(*[[0, 1]] * 18)).reshape(18, -1).T.reshape(-1, 6, 3)
    weight = (q ** masks.sum((1, 2))) * ((1 - q) ** (18 - masks.sum((1, 2))))
    expected = (weight * (((masks * x / q) @ w - y) ** 2).sum(1)).sum()
    closed = ((x @ w - y) ** 2).sum() + (1 - q) / q * (w**2 * (x**2).sum(0)).sum()
    assert abs(expected - closed) < 1e-9


# --- mixed_precision_training -----------------------------------------------------------


def _bf16(x):
    """Rounds to nearest even, by the bits of float32."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)).view(np.float32)


def test_formats():
    info = np.finfo(np.float16)
    assert (info.nexp, info.nmant) == (5, 10) and info.max == 65504
    assert 5.9e-8 < float(info.smallest_subnormal) < 6.0e-8
    assert _bf16(np.float32(1.001)) == 1.0 and _bf16(np.float32(3e38)) > 2.9e38
    assert _bf16(np.float32(1 + 2**-7)) == np.float32(1 + 2**-7)  # 7 fraction bits
    assert 2 < 8 * math.log10(2) < 3  # decimal digits
    assert np.float16(1e-8) == 0 and np.float16(1e-8 * 1024) != 0  # loss scaling rescues it


def test_sixteen_bytes_per_parameter():
    assert 2 + 2 + 4 + 4 + 4 == 16


# --- backprop_memory_checkpointing ------------------------------------------------------


def test_checkpoint_segments_of_root_l_are_optimal():
    layers = 100
    held = {s: layers / s + s for s in range(1, layers + 1)}
    assert min(held, key=held.get) == 10 and held[10] == 2 * math.sqrt(layers)
    assert abs((1 + 1 + 2) / (1 + 2) - 4 / 3) < 1e-12


# --- attention_scaling, attention_cost_flash, kv_cache ----------------------------------


def test_score_variance_is_dk():
    r = _rng(27)
    for dk in (16, 64):
        s = (r.normal(size=(200000, dk)) * r.normal(size=(200000, dk))).sum(1)
        assert abs(s.var() / dk - 1) < 0.03 and abs((s / math.sqrt(dk)).var() - 1) < 0.03
    assert math.sqrt(64) == 8


def test_unscaled_softmax_is_nearly_one_hot_and_has_small_derivative():
    r = _rng(28)
    s = 8 * r.normal(size=(5000, 64))
    p, scaled = _softmax(s), _softmax(s / 8)
    assert np.median(p.max(1)) > 0.85 and np.median(scaled.max(1)) < 0.3
    entropy = lambda p: -(p * np.log(p + 1e-300)).sum(1).mean()
    assert entropy(p) < 0.25 * entropy(scaled)
    assert np.median((p * (1 - p)).max(1)) < 0.15


def test_aligned_query_and_key_scale_with_dk():
    q = _rng(29).normal(size=(20000, 64))
    assert abs((q * q).sum(1).mean() / 64 - 1) < 0.02


def test_online_softmax_is_exact():
    r = _rng(30)
    q, k, v = r.normal(size=(5, 8)), r.normal(size=(12, 8)), r.normal(size=(12, 8))
    m, total, out = np.full(5, -np.inf), np.zeros(5), np.zeros((5, 8))
    for start in range(0, 12, 4):
        s = q @ k[start : start + 4].T / math.sqrt(8)
        new = np.maximum(m, s.max(1))
        p, old = np.exp(s - new[:, None]), np.exp(m - new)
        total, out = total * old + p.sum(1), out * old[:, None] + p @ v[start : start + 4]
        m = new
    assert np.allclose(out / total[:, None], _attention(q, k, v)[0])


def test_quadratic_term_overtakes_at_six_times_the_width():
    """Multiply-adds counted as two; four projections, an MLP of width 4d, scores and values."""
    d = 4096
    linear = lambda n: 8 * n * d * d + 16 * n * d * d
    quadratic = lambda n: 4 * n * n * d
    assert linear(6 * d) == quadratic(6 * d)


def test_kv_cache_size():
    per_token = 2 * 32 * 32 * 128 * 2
    assert per_token == 2**19 and per_token * 4096 == 2 * 2**30
    assert per_token / (2 * 32 * 8 * 128 * 2) == 4


def test_cached_keys_of_a_causal_model_do_not_change():
    r = _rng(31)
    x = r.normal(size=(6, 8))
    w1, w2 = (tuple(r.normal(size=(8, 8)) for _ in range(3)) for _ in range(2))

    def hidden(x):
        mask = np.tril(np.ones((len(x), len(x)), bool))
        for q, k, v in (w1, w2):
            x = x + _attention(x @ q, x @ k, x @ v, mask)[0]
        return x

    assert np.allclose(hidden(x)[:5], hidden(x[:5]))


# --- rotary_embeddings ------------------------------------------------------------------


def _rope(x, pos, scale=1.0):
    d = len(x)
    angle = pos * scale / 10000 ** (np.arange(0, d, 2) / d)
    a, b = x[0::2], x[1::2]
    y = np.empty(d)
    y[0::2], y[1::2] = a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)
    return y


def test_rope_depends_on_the_offset_only_and_keeps_the_norm():
    r = _rng(32)
    q, k = r.normal(size=16), r.normal(size=16)
    want = q @ _rope(k, 5)
    for m in (0, 10, 1000):
        assert abs(_rope(q, m) @ _rope(k, m + 5) - want) < 1e-9
    assert abs(np.linalg.norm(_rope(q, 77)) - np.linalg.norm(q)) < 1e-12
    # (R_m q)^T (R_n k) = q^T R_(n-m) k
    assert abs(_rope(q, 9) @ _rope(k, 4) - q @ _rope(k, 4 - 9)) < 1e-9


def test_slow_pairs_never_finish_a_turn_in_training():
    d = 128
    longest = 2 * math.pi * 10000 ** ((d - 2) / d)
    assert longest > 10 * 4096


# --- rlhf_objective, dpo_derivation -----------------------------------------------------


def test_kl_regularised_optimum_is_reference_times_exponential_reward():
    r = _rng(33)
    ref, reward, beta = _softmax(r.normal(size=6)), r.normal(size=6), 0.5
    star = ref * np.exp(reward / beta)
    star /= star.sum()
    value = lambda p: (p * reward).sum() - beta * (p * np.log(p / ref)).sum()
    z = (ref * np.exp(reward / beta)).sum()
    assert abs(value(star) - beta * math.log(z)) < 1e-12
    others = (_softmax(np.log(star) + 0.1 * r.normal(size=6)) for _ in range(200))
    assert all(value(other) < value(star) for other in others)
    # r = beta log(pi / ref) + beta log Z, so Z cancels in differences
    implied = beta * np.log(star / ref)
    assert np.allclose(implied - implied[0], reward - reward[0])
    assert np.allclose(reward, implied + beta * math.log(z))


def test_small_beta_moves_further_from_the_reference():
    r = _rng(34)
    ref, reward = _softmax(r.normal(size=6)), r.normal(size=6)

    def kl(beta):
        p = ref * np.exp(reward / beta)
        p /= p.sum()
        return (p * np.log(p / ref)).sum()

    assert kl(0.1) > kl(1.0) > kl(10.0)


def test_dpo_gradient_weight_is_sigmoid_of_the_wrong_margin():
    beta = 0.1
    loss = lambda h: -math.log(_sigmoid(beta * h))
    for h in (-30.0, 0.0, 30.0):
        numeric = (loss(h + 1e-5) - loss(h - 1e-5)) / 2e-5
        assert abs(numeric + beta * _sigmoid(-beta * h)) < 1e-7
    assert _sigmoid(3.0) > _sigmoid(-3.0)  # a wrong pair weighs more


def test_dpo_loss_can_fall_while_the_chosen_answer_gets_less_likely():
    loss = lambda chosen, rejected: -math.log(_sigmoid(chosen - rejected))
    assert loss(-2.0, -5.0) < loss(-1.0, -1.0)


def test_pairwise_loss_ignores_a_constant_per_prompt():
    loss = lambda a, b: -math.log(_sigmoid(a - b))
    assert abs(loss(1.0, 0.2) - loss(101.0, 100.2)) < 1e-9


# --- llm_quantisation, lora_low_rank ----------------------------------------------------


def test_rounding_error_variance_and_six_decibels_per_bit():
    x = _rng(35).uniform(-1, 1, 10**6)
    mse = {}
    for bits in (4, 5, 8):
        s = 2 / (2**bits - 1)
        mse[bits] = ((np.round(x / s) * s - x) ** 2).mean()
        assert abs(mse[bits] / (s * s / 12) - 1) < 0.03
    assert abs(10 * math.log10(2**2) - 6.02) < 0.01
    assert 3.7 < mse[4] / mse[5] < 4.6


def test_one_outlier_spoils_a_shared_scale_and_a_scale_per_channel_mends_it():
    x = _rng(36).normal(size=(1000, 16))
    x[:, 3] *= 50

    def error(axis):
        s = abs(x).max(axis=axis, keepdims=True) / 127
        return ((np.round(x / s) * s - x)[:, :3] ** 2).mean()

    assert error(None) > 100 * error(0)


def test_lora_counts_and_initialisation():
    assert 16 * (4096 + 4096) == 131072 and abs(4096**2 / 1e6 - 16.8) < 0.03
    r = _rng(37)
    x, up = r.normal(size=(5, 6)), r.normal(size=(5, 6))
    w = r.normal(size=(6, 6))

    def gradients(b, a):
        f = lambda b, a: float((x @ (w + b @ a) * up).sum())
        return _numeric(lambda b: f(b, a), b), _numeric(lambda a: f(b, a), a)

    zero_b, zero_a, rand_a = np.zeros((6, 2)), np.zeros((2, 6)), r.normal(size=(2, 6))
    gb, ga = gradients(zero_b, zero_a)
    assert np.allclose(gb, 0, atol=1e-8) and np.allclose(ga, 0, atol=1e-8)
    gb, ga = gradients(zero_b, rand_a)
    assert abs(gb).max() > 0.1 and np.allclose(ga, 0, atol=1e-6)
    b = r.normal(size=(6, 2))
    assert np.allclose(x @ w + x @ b @ rand_a, x @ (w + b @ rand_a))


# --- scaling_laws -----------------------------------------------------------------------


def test_compute_optimal_exponents():
    """The fit of Hoffmann et al. (approach 3); the exponents follow from alpha and beta alone."""
    e, a, b, alpha, beta = 1.69, 406.4, 410.7, 0.34, 0.28

    def best(c):
        n = np.exp(np.linspace(math.log(1e6), math.log(1e13), 400001))
        return n[np.argmin(e + a / n**alpha + b / (c / 6 / n) ** beta)]

    low, high = 1e20, 1e24
    slope = math.log(best(high) / best(low)) / math.log(high / low)
    assert abs(slope - beta / (alpha + beta)) < 1e-3
    assert abs(beta / (alpha + beta) + alpha / (alpha + beta) - 1) < 1e-12
    assert math.sqrt(100) == 10  # equal exponents: ten times each for a hundred times compute


def test_twenty_tokens_per_parameter():
    assert 20 * 7e9 == 1.4e11 and abs(6 * 7e9 * 1.4e11 / 5.88e21 - 1) < 1e-9


# --- decoding_strategies, evaluating_fine_tuned_llm -------------------------------------


def test_temperature_limits():
    z = np.array([1.0, 2.0, 0.5])
    assert np.allclose(_softmax(z / 1e-3), [0, 1, 0])
    assert np.allclose(_softmax(z / 1e6), 1 / 3, atol=1e-5)
    assert abs(_softmax(np.array([1.0, 2.0]))[1] - 0.73) < 0.002  # the example under "intuition"


def test_speculative_decoding_keeps_the_target_distribution():
    r = _rng(38)
    p, q = _softmax(r.normal(size=6)), _softmax(2 * r.normal(size=6))
    accept = np.minimum(1, p / q)
    rest = np.maximum(p - q, 0)
    rejected = 1 - (q * accept).sum()
    assert np.allclose(q * accept + rejected * rest / rest.sum(), p)


def test_about_385_comparisons_for_five_points():
    assert math.ceil(1.96**2 * 0.25 / 0.05**2) == 385
    assert 1.96 * math.sqrt(0.25 / 50) > 0.13  # fifty comparisons: fourteen points


def test_perplexity_is_the_exponential_of_the_mean_loss():
    p = np.full(10, 1 / 50)
    assert abs(math.exp(-np.log(p).mean()) - 50) < 1e-9
