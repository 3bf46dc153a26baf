"""Request and goals (项目申报与绩效目标): filed together, approved with the budget."""
