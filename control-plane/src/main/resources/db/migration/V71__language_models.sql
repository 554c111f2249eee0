-- Language models are judged by perplexity, a budget that is among a job's options: their versions have no points to lose.
alter table model_version alter column max_loss_points drop not null;
